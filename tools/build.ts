/** `npm run build`: makes dist/, the package that is shipped. Images that lie there stay. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildPackage } from './build/build-package.ts';

const dist = resolve(import.meta.dirname, '../dist');
mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) {
  if (!name.endsWith('.oci.tar')) rmSync(join(dist, name), { recursive: true });
}
await buildPackage(dist);
console.log(`built ${dist}`);
