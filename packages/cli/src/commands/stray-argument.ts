import type { Command } from 'commander';

/**
 * A group whose command is left out runs its default one, so that a misspelt command arrives there as an argument. Refuses it
 * as Commander does, naming the nearest: `netguard alerts lst`.
 */
export async function refuseStray(command: Command): Promise<void> {
  const [stray] = command.args;
  if (stray === undefined) return;
  const { nearestName } = await import('@netguard/core');
  const { safeText } = await import('../text/safe-text.ts');
  const names = command.parent?.commands.map((sibling) => sibling.name()) ?? [];
  const nearest = nearestName(stray, names);
  const help = nearest === undefined ? `There are ${names.join(', ')}.` : `(Did you mean ${nearest}?)`;
  // The group's own help is what lists the names.
  (command.parent ?? command).error(`error: unknown command '${safeText(stray)}'\n${help}`, {
    code: 'commander.unknownCommand',
  });
}
