import type { NpmPackage } from './npm-package.ts';

/**
 * What is inside the built files, which no scanner could tell, as CycloneDX 1.6. Debian's packages are not in it: they are in
 * /var/lib/dpkg/status.d. It has neither serial number nor time, so that the same packages give the same bytes.
 */
export function sbom(version: string, node: string, packages: readonly NpmPackage[]): string {
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'netguard', version } },
    components: [
      {
        type: 'platform',
        name: 'node',
        version: node,
        purl: `pkg:generic/node@${node}`,
        cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
      },
      ...packages.map((each) => ({
        type: 'library',
        name: each.name,
        version: each.version,
        licenses: [{ expression: each.license }],
        purl: `pkg:npm/${each.name.replace('@', '%40')}@${each.version}`,
      })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
