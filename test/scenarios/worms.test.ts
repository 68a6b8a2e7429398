/** A real worm in the lab is one alert that grows, with the right tree; clusters that talk as much on one port are silent. */
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

playAll(await scenariosOf('worm-propagation-', 'benign-gossip-', 'benign-service-'), {
  together: 3,
  config: { payload: { mode: 'evidence' } },
});
