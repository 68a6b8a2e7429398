import { styleText } from 'node:util';
import type { Command } from 'commander';

/** Help that is read, not searched: bold headings, quiet arguments; Commander drops the colour when the output has none. */
export function houseStyle(command: Command): Command {
  for (const child of command.commands) houseStyle(child);
  return command
    .exitOverride()
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(`(\`${usageName(command)} --help\` lists what there is)`)
    .configureHelp({
      styleTitle: (text) => styleText('bold', text, { validateStream: false }),
      styleCommandText: (text) => styleText('cyan', text, { validateStream: false }),
      styleSubcommandText: (text) => styleText('cyan', text, { validateStream: false }),
      styleOptionText: (text) => styleText('cyan', text, { validateStream: false }),
      styleArgumentText: (text) => styleText('cyan', text, { validateStream: false }),
    });
}

function usageName(command: Command): string {
  const names = [command.name()];
  for (let parent = command.parent; parent; parent = parent.parent) names.unshift(parent.name());
  if (names[0] !== 'netguard') names.unshift('netguard');
  return names.join(' ');
}
