import { open, rename, unlink } from 'node:fs/promises';

/**
 * Writes a file that only its owner may read, on the disk itself and under another name first: it is there whole, or as it was
 * before. Throws what the file system says.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
