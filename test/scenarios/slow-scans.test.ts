/** What takes an hour, in seconds: the same scan against thresholds lowered to fit. */
import { playAll } from './support/play-all.ts';
import { scenariosOf } from './support/stage.ts';

playAll(await scenariosOf('slow-scan-'), { config: { detectors: { 'slow-scan': { parameters: { contacts: 10 } } } } });
