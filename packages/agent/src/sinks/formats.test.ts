import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectors } from '@netguard/core';
import { z } from 'zod';
import { START_MS } from '../testing/samples.ts';
import { HOSTILE, hostileAlert, notification, ORIGIN } from '../testing/sinks.ts';
import { eveSids, OTHER_SID } from './eve-sids.ts';
import { falcoEvent } from './format-falco.ts';
import { formatted } from './formats.ts';
import { notificationText, parseNotification } from './notification.ts';

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
const source = { ip: '203.0.113.7', port: 40_000, kind: 'world' as const };

function parsed<T = Record<string, unknown>>(...args: Parameters<typeof formatted>): T {
  return JSON.parse(formatted(...args)) as T;
}

/* Suricata's alert event, as its own schema names and types the fields; ours are beside it under `netguard`. */
const eveSchema = z.strictObject({
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$/),
  event_type: z.literal('alert'),
  host: z.string(),
  src_ip: z.string().optional(),
  src_port: z.int().min(0).max(65_535).optional(),
  dest_ip: z.string().optional(),
  dest_port: z.int().min(0).max(65_535).optional(),
  proto: z.string().optional(),
  community_id: z.string().startsWith('1:').optional(),
  alert: z.strictObject({
    action: z.enum(['allowed', 'blocked']),
    gid: z.int().min(1),
    signature_id: z.int().min(1).max(0xffffffff),
    rev: z.int().min(1),
    signature: z.string(),
    category: z.string(),
    severity: z.int().min(1).max(4),
    metadata: z.record(z.string(), z.array(z.string()).min(1)),
  }),
  netguard: z.strictObject({ notification: z.string(), kind: z.string(), alert: z.looseObject({}) }),
});

/* OCSF 1.3.0, class Detection Finding and the objects in it: required attributes, types, enumerations, constraints. */
const ms = z.int().min(1_000_000_000_000);
const endpointSchema = z
  .strictObject({
    name: z.string().optional(),
    uid: z.string().optional(),
    ip: z.string().optional(),
    port: z.int().min(0).max(65_535).optional(),
    svc_name: z.string().optional(),
    type: z.string(),
    type_id: z.literal(99),
  })
  .refine(({ name, uid, ip }) => name ?? uid ?? ip, 'at least one of name, uid, ip');
const ocsfSchema = z
  .strictObject({
    category_uid: z.literal(2),
    category_name: z.literal('Findings'),
    class_uid: z.literal(2004),
    class_name: z.literal('Detection Finding'),
    activity_id: z.int().min(1).max(3),
    activity_name: z.enum(['Create', 'Update', 'Close']),
    type_uid: z.int(),
    type_name: z.string().startsWith('Detection Finding: '),
    time: ms,
    start_time: ms,
    end_time: ms,
    count: z.int().min(1),
    severity_id: z.int().min(2).max(5),
    severity: z.enum(['Low', 'Medium', 'High', 'Critical']),
    status_id: z.int().min(1).max(4),
    status: z.enum(['New', 'In Progress', 'Suppressed', 'Resolved']),
    confidence_id: z.int().min(1).max(3),
    confidence: z.enum(['Low', 'Medium', 'High']),
    confidence_score: z.int().min(0).max(100),
    message: z.string(),
    metadata: z.strictObject({
      version: z.literal('1.3.0'),
      uid: z.string(),
      log_name: z.string(),
      correlation_uid: z.string(),
      product: z.strictObject({ name: z.string(), vendor_name: z.string(), version: z.string() }),
    }),
    finding_info: z.strictObject({
      uid: z.string().min(1),
      title: z.string().min(1),
      desc: z.string(),
      types: z.array(z.string()).min(1),
      created_time: ms,
      modified_time: ms,
      first_seen_time: ms,
      last_seen_time: ms,
      analytic: z.strictObject({
        uid: z.string(),
        name: z.string(),
        type_id: z.int().min(0).max(4),
        type: z.string(),
        category: z.string(),
      }),
      attacks: z.array(
        z.strictObject({
          tactic: z.strictObject({
            name: z.string(),
            uid: z
              .string()
              .regex(/^TA\d{4}$/)
              .optional(),
          }),
          technique: z.strictObject({ uid: z.string().regex(/^T\d{4}(\.\d{3})?$/) }),
        }),
      ),
      src_url: z.string().optional(),
    }),
    evidences: z
      .array(
        z.strictObject({
          src_endpoint: endpointSchema.optional(),
          dst_endpoint: endpointSchema.optional(),
          data: z.looseObject({}),
        }),
      )
      .length(1),
    resources: z
      .array(z.strictObject({ name: z.string(), uid: z.string(), type: z.string(), namespace: z.string().optional() }))
      .length(1)
      .optional(),
    observables: z.array(
      z.strictObject({ name: z.string(), type_id: z.literal(2), type: z.literal('IP Address'), value: z.string() }),
    ),
    remediation: z.strictObject({ desc: z.string() }),
    unmapped: z.strictObject({ netguard: z.looseObject({}) }),
  })
  .refine((event) => event.type_uid === event.class_uid * 100 + event.activity_id, 'type_uid is class and activity');

test('netguard: the notification and the alert as the API gives it', () => {
  const one = notification('updated');
  const { id, kind, time, alert } = one;
  assert.deepEqual(parsed(one, 'netguard', ORIGIN), { schemaVersion: 1, id, kind, time, alert });
});

test('EVE: an alert event with the fixed number of its rule, and a flow only where one is known', () => {
  const flood = parsed(notification(), 'eve', ORIGIN);
  eveSchema.parse(flood);
  assert.deepEqual(
    [flood.timestamp, flood.src_ip, flood.dest_ip, flood.proto, flood.community_id, flood.host],
    ['2026-01-31T12:00:00.500000+0000', undefined, '10.1.0.1', 'TCP', undefined, 'node-1'],
  );
  const alert = flood.alert as Record<string, unknown>;
  assert.deepEqual([alert.signature_id, alert.severity, alert.category], [1_941_001, 1, 'flood']);
  assert.deepEqual(alert.metadata, {
    mitre_tactic_id: ['TA0040'],
    mitre_tactic_name: ['impact'],
    mitre_technique_id: ['T1498.001'],
    signature_severity: ['high'],
    confidence: ['High'],
  });
  const target = { ip: '10.1.0.1', port: 22, kind: 'pod' as const };
  const one = parsed(notification('opened', { rule: 'brute-force', source, target }), 'eve', ORIGIN);
  assert.match(String(one.community_id), /^1:/);
});

test('EVE: every detector has a number of its own, and a rule of Suricata keeps its', () => {
  const sids = eveSids();
  assert.deepEqual(
    detectors.filter(({ id }) => !sids.has(id)).map(({ id }) => id),
    [],
  );
  assert.equal(new Set([...sids.values(), OTHER_SID]).size, sids.size + 1);
  const evidence = {
    observed: 1,
    threshold: 1,
    unit: 'x',
    windowMs: 1,
    signature: { gid: 3, sid: 2_100_498, rev: 7, msg: 'GPL' },
  };
  const { alert } = parsed<{ alert: Record<string, unknown> }>(
    notification('opened', { rule: 'signature', evidence }),
    'eve',
    ORIGIN,
  );
  assert.deepEqual([alert.gid, alert.signature_id, alert.rev, alert.signature], [3, 2_100_498, 7, 'GPL']);
});

test('OCSF: a Detection Finding of the schema, for each kind', () => {
  for (const [kind, activity, status] of [
    ['opened', 1, 1],
    ['updated', 2, 1],
    ['resolved', 3, 4],
  ] as const) {
    const finding = parsed(
      notification(kind, { source, mitre: [{ tactic: 'impact', technique: 'T1498.001' }] }),
      'ocsf',
      ORIGIN,
    );
    ocsfSchema.parse(finding);
    assert.deepEqual(
      [finding.activity_id, finding.type_uid, finding.status_id, finding.time],
      [activity, 200_400 + activity, status, START_MS + 500],
    );
  }
  const tactic = { uid: 'TA0040', name: 'Impact' };
  const finding = parsed(notification('opened', { mitre: [{ tactic: 'impact', technique: 'T1499' }] }), 'ocsf', ORIGIN);
  assert.deepEqual((finding.finding_info as { attacks: unknown }).attacks, [{ tactic, technique: { uid: 'T1499' } }]);
});

test('OCSF: what somebody looks after is in progress, what was closed as benign is suppressed', () => {
  const status = (...args: Parameters<typeof notification>) => parsed(notification(...args), 'ocsf', ORIGIN).status;
  assert.equal(status('updated', { acknowledgedBy: 'ann' }), 'In Progress');
  assert.equal(status('resolved', { closedBy: 'ann', disposition: 'benign' }), 'Suppressed');
  assert.equal(status('resolved', { closedBy: 'ann', disposition: 'true-positive' }), 'Resolved');
});

test('severities are those of the contract', () => {
  const rows = SEVERITIES.map((severity) => {
    const one = notification('opened', { severity });
    const eve = parsed<{ alert: { severity: number } }>(one, 'eve', ORIGIN);
    return [falcoEvent(one, ORIGIN).priority, parsed(one, 'ocsf', ORIGIN).severity_id, eve.alert.severity];
  });
  assert.deepEqual(rows, [
    ['Notice', 2, 3],
    ['Warning', 3, 2],
    ['Error', 4, 1],
    ['Critical', 5, 1],
  ]);
});

const falcoSchema = z.strictObject({
  uuid: z.string(),
  output: z.string().min(1),
  priority: z.enum(['Critical', 'Error', 'Warning', 'Notice', 'Informational']),
  rule: z.string().min(1),
  time: z.iso.datetime(),
  source: z.literal('netguard'),
  hostname: z.string(),
  tags: z.array(z.string().min(1)),
  output_fields: z.record(z.string(), z.union([z.string().min(1), z.number()])),
});

test("falcosidekick: Falco's event, with flat fields and Falco's names for the ends", () => {
  const event = falcoSchema.parse(
    falcoEvent(
      notification('opened', { source, mitre: [{ tactic: 'credential-access', technique: 'T1110' }] }),
      ORIGIN,
    ),
  );
  assert.deepEqual(event.tags, ['netguard', 'network', 'flood', 'mitre_credential_access', 'T1110']);
  const { output_fields: fields } = event;
  assert.deepEqual(
    ['fd.cip', 'fd.cport', 'fd.sip', 'k8s.ns.name', 'k8s.pod.name', 'netguard.severity'].map((name) => fields[name]),
    ['203.0.113.7', 40_000, '10.1.0.1', 'shop', 'web-1', 'high'],
  );
  assert.match(
    event.output,
    /^SYN flood on shop\/web \(rule=syn-flood severity=high source=203\.0\.113\.7:40000 target=/,
  );
  const over = falcoEvent(notification('resolved', { severity: 'critical' }), ORIGIN);
  assert.equal(over.priority, 'Informational');
  assert.match(String(over.output), /^Resolved: /);
});

for (const [index, text] of HOSTILE.entries()) {
  test(`hostile text ${index} stays one line of ASCII JSON, means the same, and is of the shape`, () => {
    const text_ = notificationText(notification('opened', hostileAlert(text)));
    const spooled = parseNotification(text_);
    assert.ok(spooled, 'the spool gives it back');
    for (const format of ['netguard', 'eve', 'ocsf'] as const) {
      const line = formatted(spooled, format, ORIGIN);
      assert.match(line, /^[\x20-\x7e]*$/, format);
      assert.ok(line.length < 250_000, `${line.length}`);
      const value = JSON.parse(line) as { alert: { title: string } };
      if (format === 'netguard') assert.equal(value.alert.title.slice(0, 4000), text.slice(0, 4000));
      if (format === 'eve') eveSchema.parse(value);
      if (format === 'ocsf') ocsfSchema.parse(value);
    }
    const event = falcoSchema.parse(falcoEvent(spooled, { ...ORIGIN, node: text }));
    const shown = [event.output, ...Object.values(event.output_fields)].join('');
    assert.doesNotMatch(shown, /[\p{Cc}\u2028-\u202e]/u);
    assert.ok(event.output.length <= 1500);
  });
}
