/** Reloads the configuration when its file changes. A bad one changes nothing: the last good configuration stays. */
import { type LoadedConfig, type LoadOptions, loadConfig } from './load.ts';
import { type FileWatch, type WatchFileOptions, watchFile } from './watch-file.ts';

export type ReloadResult =
  | { readonly ok: true; readonly loaded: LoadedConfig }
  /** `kept` is what goes on being used. */
  | { readonly ok: false; readonly error: Error; readonly kept: LoadedConfig };

export interface ConfigWatch extends FileWatch {
  /** The last good configuration. */
  readonly current: LoadedConfig;
}

/** `first` is what is in use now; `options` those it was loaded with. Without a file there is nothing to watch. */
export function watchConfig(
  first: LoadedConfig,
  options: LoadOptions,
  onReload: (result: ReloadResult) => void,
  watching: WatchFileOptions = {},
): ConfigWatch {
  let current = first;
  const reload = () => {
    let result: ReloadResult;
    try {
      result = { ok: true, loaded: loadConfig(options) };
      current = result.loaded;
    } catch (error) {
      result = { ok: false, error: error instanceof Error ? error : new Error(String(error)), kept: current };
    }
    onReload(result);
  };
  const watch = options.file === undefined ? undefined : watchFile(options.file, reload, watching);
  const close = () => watch?.close();
  return {
    get current() {
      return current;
    },
    close,
    [Symbol.dispose]: close,
  };
}
