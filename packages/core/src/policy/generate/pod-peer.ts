import type { LabelSelector } from '../label-selector.ts';
import { NAMESPACE_NAME_LABEL } from '../match.ts';
import type { PolicyPeer } from '../policies.ts';

/** Pods of one namespace by name and labels: both have to hold. */
export function podPeer(namespace: string, podSelector: LabelSelector): PolicyPeer {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: namespace }, matchExpressions: [] },
    podSelector,
  };
}
