/** Runs a demo under attack until it is killed; prints its run id when the flood has begun. */
import { startDemo } from '../../packages/cli/src/demo/start-demo.ts';

const demo = await startDemo();
void demo.attack();
process.stdout.write(`${JSON.stringify({ run: demo.run })}\n`);
setInterval(() => {}, 1_000);
