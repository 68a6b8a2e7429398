import { ByteCursor } from '../byte-cursor.ts';
import { isPrintable } from '../byte-text.ts';
import type { StoreFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { detailText, storeFacts } from './store-facts.ts';

/** Names of requests by their key (Apache Kafka, "Protocol guide"). */
const KEYS: readonly string[] = (
  'Produce Fetch ListOffsets Metadata LeaderAndIsr StopReplica UpdateMetadata ControlledShutdown OffsetCommit OffsetFetch ' +
  'FindCoordinator JoinGroup Heartbeat LeaveGroup SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions CreateTopics ' +
  'DeleteTopics DeleteRecords InitProducerId OffsetForLeaderEpoch AddPartitionsToTxn AddOffsetsToTxn EndTxn WriteTxnMarkers ' +
  'TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls DescribeConfigs AlterConfigs AlterReplicaLogDirs DescribeLogDirs ' +
  'SaslAuthenticate CreatePartitions'
).split(' ');
/** No request has reached it: the highest today is Fetch with 17. */
const MOST_VERSION = 20;

/**
 * Kafka: the first request of a client. `detail` is its name, version and the client's id: `ApiVersions 3 console-consumer`. Answers
 * carry nothing but the number of their request, so they cannot be told. Empty: no Kafka.
 */
export function parseKafka(stream: Uint8Array, toServer: boolean | undefined): readonly StoreFacts[] {
  if (toServer === false) return [];
  const cursor = new ByteCursor(stream);
  const size = cursor.u32();
  const name = KEYS[cursor.u16()];
  const version = cursor.u16();
  cursor.skip(4);
  const idLength = cursor.u16();
  const isNull = idLength === 0xffff;
  if (cursor.isCut || name === undefined || version > MOST_VERSION) return [];
  const idBytes = isNull ? 0 : idLength;
  if (size < 10 + idBytes || size > PAYLOAD_LIMITS.kafkaRequestBytes || idBytes > 256) return [];
  const id = cursor.part(idBytes);
  if (id.isCut) return [];
  const text = id.take(idBytes);
  if (text.length === 0) return isPlainStart(name) ? storeFacts('kafka', 'request', `${name} ${version}`) : [];
  return isPrintable(text) ? storeFacts('kafka', 'request', `${name} ${version} ${detailText(text)}`) : [];
}

/** Without an id there is little to know a request by: only those that clients begin with count. */
function isPlainStart(name: string): boolean {
  return name === 'ApiVersions' || name === 'Metadata' || name === 'SaslHandshake';
}
