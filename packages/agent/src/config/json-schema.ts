/** The configuration as JSON Schema (draft 2020-12), for editors: completion, descriptions, limits. */
import { detectors as allDetectors } from '@netguard/core';
import { z } from 'zod';
import type { DetectorDeclaration } from './detector-settings.ts';
import { configSchema } from './schema.ts';

type JsonObject = { [key: string]: unknown };

/** Detector ids and parameters are spelled out, with default, unit and limits. */
export function configJsonSchema(detectors: readonly DetectorDeclaration[] = allDetectors): JsonObject {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as JsonObject;
  const properties = schema.properties as Record<string, JsonObject>;
  /* The default is this machine's name: of no use to anybody else. */
  delete properties.node?.default;
  properties.detectors = detectorsSchema(properties.detectors ?? {}, detectors);
  return { $id: 'netguard/v1', title: 'NetGuard configuration', ...schema };
}

function detectorsSchema(open: JsonObject, detectors: readonly DetectorDeclaration[]): JsonObject {
  const { additionalProperties, propertyNames: _, ...rest } = open;
  const any = JSON.stringify(additionalProperties);
  const one = (detector: DetectorDeclaration): JsonObject => {
    const copy = JSON.parse(any) as { properties: Record<string, JsonObject> } & JsonObject;
    const parameters = parametersSchema(detector);
    copy.properties.parameters = parameters;
    const byNamespace = copy.properties.namespaces?.additionalProperties as {
      properties: Record<string, JsonObject>;
    };
    byNamespace.properties.parameters = parameters;
    return { ...copy, description: detector.description };
  };
  return {
    ...rest,
    properties: Object.fromEntries(detectors.map((detector) => [detector.id, one(detector)])),
    additionalProperties: false,
  };
}

function parametersSchema(detector: DetectorDeclaration): JsonObject {
  const entries = Object.entries(detector.parameters).map(([name, parameter]) => [
    name,
    {
      type: 'number',
      minimum: parameter.minimum,
      maximum: parameter.maximum,
      default: parameter.default,
      description: `${parameter.description} Unit: ${parameter.unit}. Source: ${parameter.source}`,
    },
  ]);
  return { type: 'object', properties: Object.fromEntries(entries) as JsonObject, additionalProperties: false };
}
