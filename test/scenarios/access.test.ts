/** Login guessing, traffic beside NetworkPolicies and first contacts with what is sensitive, between real sockets. */
import { Temporary } from '../e2e/support/temporary.ts';
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

const directory = new Temporary();
process.on('exit', () => directory[Symbol.dispose]());

const policies = directory.write('policies.yaml', {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: 'policy-violation-established', name: 'only-web' },
  spec: {
    podSelector: { matchLabels: { app: 'db' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] }],
  },
});

const prefixes = ['brute-force-', 'policy-violation-', 'sensitive-endpoint-', 'benign-login-', 'benign-database-'];

playAll(await scenariosOf(...prefixes), { config: { policy: { files: [policies] }, learning: { seconds: 10 } } });
