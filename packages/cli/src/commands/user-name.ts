import { userInfo } from 'node:os';

/** Who runs the command, also under sudo: what a change is signed with unless another name is given. */
export function userName(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.SUDO_USER) return env.SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    return env.USER || 'unknown';
  }
}
