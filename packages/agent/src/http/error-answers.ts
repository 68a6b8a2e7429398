import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { PROBLEM_TYPE, ProblemError, problemBody, sendProblem } from './problem.ts';

/** Any error of a handler or of the framework as a problem. Only unexpected ones are told to `onError`. */
export function answerError(error: unknown, reply: FastifyReply, onError: (error: unknown) => void): FastifyReply {
  if (error instanceof ProblemError) return sendProblem(reply, error.status, error.message);
  const status = statusOf(error);
  if (status !== undefined)
    return sendProblem(reply, status, 'the request cannot be understood: check its path and headers');
  onError(error);
  return sendProblem(reply, 500, 'the request could not be answered; the log of this process says why');
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

const CLIENT_STATUS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the request line and headers together may have 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
};

/** What is no HTTP at all, or too much of it: Node.js tells, before there is a request. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = CLIENT_STATUS[error.code ?? ''] ?? [400, 'this is not an HTTP request'];
  const problem = problemBody(status, detail);
  const body = JSON.stringify(problem);
  const head = `HTTP/1.1 ${status} ${problem.title}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
}
