import type { ContentRun } from './content-run.ts';
import type { ByteExtractNode, ByteJumpNode, ByteMathNode, ByteTestNode } from './nodes.ts';
import { bitAnd, operand, readNumber } from './read-number.ts';

const U32 = 2 ** 32;

/** `byte_test`, `byte_jump`, `byte_extract` and `byte_math`: whether they hold; a jump moves the position. */
export function runNumberNode(
  run: ContentRun,
  node: ByteTestNode | ByteJumpNode | ByteExtractNode | ByteMathNode,
  buffer: Uint8Array,
): boolean {
  if (node.kind === 'byte_jump' && node.reading.bytes.slot < 0 && node.reading.bytes.value === 0) {
    run.number.value = 0;
    run.number.end = operand(node.reading.offset, run.values) + (node.reading.relative ? run.position : 0);
    return jump(run, node, buffer);
  }
  if (!readNumber(node.reading, buffer, run.position, run.values, run.number)) return false;
  switch (node.kind) {
    case 'byte_test':
      return test(node, run.number.value, operand(node.value, run.values)) !== node.negated;
    case 'byte_jump':
      return jump(run, node, buffer);
    case 'byte_extract':
      return extract(run, node);
    case 'byte_math':
      return calculate(run, node);
    default:
      return node satisfies never;
  }
}

function test(node: ByteTestNode, read: number, value: number): boolean {
  switch (node.operator) {
    case '<':
      return read < value;
    case '>':
      return read > value;
    case '=':
      return read === value;
    case '<=':
      return read <= value;
    case '>=':
      return read >= value;
    case '&':
      return bitAnd(read, value) !== 0;
    case '^':
      return read !== value;
    default:
      return node.operator satisfies never;
  }
}

/** False where it would land outside the buffer. */
function jump(run: ContentRun, node: ByteJumpNode, buffer: Uint8Array): boolean {
  let distance = run.number.value * node.multiplier;
  if (node.align && distance % 4 !== 0) distance += 4 - (distance % 4);
  distance += operand(node.postOffset, run.values);
  const from = node.from === 'beginning' ? 0 : node.from === 'end' ? buffer.length : run.number.end;
  const to = from + distance;
  if (to < 0 || to > buffer.length) return false;
  run.position = to;
  return true;
}

function extract(run: ContentRun, { multiplier, align, slot }: ByteExtractNode): boolean {
  let value = run.number.value * multiplier;
  if (align > 0 && value % align !== 0) value += align - (value % align);
  run.values[slot] = value;
  run.position = run.number.end;
  return true;
}

/** Unsigned arithmetic of 32 bits. */
function calculate(run: ContentRun, node: ByteMathNode): boolean {
  const read = run.number.value;
  const value = operand(node.value, run.values);
  if (node.operator === '/' && value === 0) return false;
  run.values[node.slot] = wrap(arithmetic(node.operator, read, value));
  run.position = run.number.end;
  return true;
}

function arithmetic(operator: ByteMathNode['operator'], a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.floor(a / b);
    case '<<':
      return b < 32 ? a * 2 ** b : 0;
    case '>>':
      return b < 53 ? Math.floor(a / 2 ** b) : 0;
    default:
      return operator satisfies never;
  }
}

function wrap(value: number): number {
  return ((value % U32) + U32) % U32;
}
