/**
 * Tells when the content of a file changed, however it was replaced: written in place, renamed over, or by the symbolic
 * link swap of a mounted ConfigMap (`..data` points elsewhere; the file's own name gets no event). So the directory is
 * watched, not the file, and content is compared, not times. Where watching is not possible, and as a net under it, it polls.
 */
import { createHash } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchFileOptions {
  /** Quiet time after an event before the file is read: a writer may take several steps. */
  readonly debounceMs?: number;
  readonly pollMs?: number;
  /** Without it only polling notices changes. */
  readonly useEvents?: boolean;
}

export interface FileWatch extends Disposable {
  close(): void;
}

/**
 * Calls `onChange` with each content that differs from the one before, first from the content at the time of the call.
 * While the file is missing or unreadable nothing is called: a swap passes through that state. Keeps no process alive.
 */
export function watchFile(file: string, onChange: () => void, options: WatchFileOptions = {}): FileWatch {
  const { debounceMs = 100, pollMs = 5000, useEvents = true } = options;
  let digest = contentDigest(file);
  let pending: NodeJS.Timeout | undefined;
  let closed = false;

  const compare = () => {
    pending = undefined;
    const now = contentDigest(file);
    if (closed || now === undefined || now === digest) return;
    digest = now;
    onChange();
  };
  const soon = () => {
    clearTimeout(pending);
    pending = setTimeout(compare, debounceMs).unref();
  };
  const poll = setInterval(compare, pollMs).unref();
  const watcher = useEvents ? watchDirectory(dirname(file), soon) : undefined;

  const close = () => {
    closed = true;
    clearTimeout(pending);
    clearInterval(poll);
    watcher?.close();
  };
  return { close, [Symbol.dispose]: close };
}

/** Undefined where the directory cannot be watched (inotify limits, some network file systems): polling remains. */
function watchDirectory(directory: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

function contentDigest(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64');
  } catch {
    return undefined;
  }
}
