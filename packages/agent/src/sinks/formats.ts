import { eveEvent } from './format-eve.ts';
import { ocsfFinding } from './format-ocsf.ts';
import type { Notification } from './notification.ts';
import { asciiJson } from './plain-text.ts';

export type Format = 'netguard' | 'eve' | 'ocsf';

/** Who speaks. */
export interface Origin {
  readonly node: string;
  readonly version: string;
}

/** A notification as one line of ASCII JSON. */
export function formatted(notification: Notification, format: Format, { node, version }: Origin): string {
  switch (format) {
    case 'eve':
      return asciiJson(eveEvent(notification, node));
    case 'ocsf':
      return asciiJson(ocsfFinding(notification, version));
    case 'netguard': {
      const { id, kind, time, alert } = notification;
      return asciiJson({ schemaVersion: 1, id, kind, time, alert });
    }
  }
}
