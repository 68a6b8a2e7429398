/** What the verifier prints of the source: `; skb->len + 1 @ syn-count.bpf.c:71` since Linux 6.9, before that without the place. */
const SOURCE_LINE = /^; (.{0,400}?)(?: @ ([^@\s]{1,200}):(\d{1,7}))?$/gm;
const LONGEST_LINE = 120;

/** The last line of the user's source that the verifier walked before it objected: `syn-count.bpf.c:71 (x = y;)`; undefined without one. */
export function verifierPlace(log: string): string | undefined {
  const last = [...log.matchAll(SOURCE_LINE)].at(-1);
  if (last === undefined) return undefined;
  const [, text = '', file, line] = last;
  const code = text.trim().slice(0, LONGEST_LINE);
  if (file === undefined) return code === '' ? undefined : `at the line "${code}"`;
  const where = `${file.split('/').at(-1)}:${line}`;
  return code === '' ? where : `${where} (${code})`;
}
