/** What shells write and what is typed into them. All patterns are linear in the text, which is cut. */
const LOOKED_AT = 1024;
/* Colours, cursor, title, bracketed paste: what terminals are told (ECMA-48). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const TERMINAL_CODES = /\x1b(?:\[[?0-9;]*[A-Za-z]|\][^\x07\x1b]*\x07)/g;

/** What a shell says before anybody typed: at the very beginning of what an end sends. */
const GREETINGS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['warning that there is no terminal', /^\S{0,40}sh: \d{1,3}: can't access tty; job control turned off/],
  ['warning that there is no job control', /^bash: (?:cannot set terminal process group|no job control in this shell)/],
  ['banner of cmd.exe', /^(?:\r\n)?Microsoft Windows \[Version \d/],
  ['prompt of cmd.exe', /^(?:\r\n)?[A-Z]:\\[^\r\n<>|"]{0,120}>$/],
  ['prompt of PowerShell', /^(?:Windows PowerShell\r?\n|PS [A-Z]:\\[^\r\n<>|"]{0,120}> ?$)/],
  ['prompt of a user at a host', /^[a-z_][\w-]{0,31}@[\w.-]{1,64}:[^\r\n]{0,120}[#$] ?$/],
  ['prompt of a shell', /^(?:(?:ba|da|z|a|k)?sh-\d\.\d{1,2}|\/[\w./-]{0,80} |~ )?[#$] $/],
];

/** What commands print that intruders type first. */
const OUTPUTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['output of id', /(?:^|\n|[#$] )uid=\d{1,10}\([\w.-]{1,32}\) gid=\d{1,10}\(/],
  ['output of uname', /(?:^|\n|[#$] )Linux \S{1,64} \d{1,2}\.\d{1,3}\S{0,40} #\d/],
  ['list of users', /(?:^|\n|[#$] )root:[x*]?:0:0:/],
  ['list of files', /(?:^|\n)(?:total \d{1,9}\r?\n)?[d-][rwxst-]{9}[.+]? +\d/],
  ['banner of cmd.exe', /(?:^|\n)Microsoft Windows \[Version \d/],
  ['account of Windows', /(?:^|\n)(?:nt authority|iis apppool)\\[\w. -]{1,32}\r?\n/i],
  ['name of an account', /^(?:root|www-data|nobody|nginx|node|apache|postgres|mysql|redis|tomcat|app|ubuntu)\r?\n/],
];

const COMMAND =
  /^ ?(?:id|w|who|whoami|uname|hostname|pwd|ls|ps|env|set|export|history|ifconfig|ip|netstat|ss|route|arp|cat|cd|cp|mv|rm|mkdir|touch|chmod|chown|find|grep|which|echo|sudo|su|crontab|mount|df|free|top|kill|nohup|bash|sh|python[23]?|perl|wget|curl|nc|ncat|nmap|ssh|apt|apk|yum|kubectl|docker|script|stty|exit|dir|type|ipconfig|systeminfo|tasklist|net|reg|powershell|ver)(?: [^\r\n]{0,200})?\r?$/;

/** The beginning of what an end sent, as text without terminal codes. */
export function shellText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, LOOKED_AT)).replace(TERMINAL_CODES, '');
}

/** Which greeting of a shell the text begins with. */
export function greeting(text: string): string | undefined {
  return GREETINGS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Which command's output is in the text. */
export function commandOutput(text: string): string | undefined {
  return OUTPUTS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** The first word of the first line, when each line is a command of a shell; undefined else. */
export function typedCommand(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [first] = lines;
  if (first === undefined || !text.includes('\n') || !lines.every((line) => COMMAND.test(line))) return undefined;
  return first.trim().split(/\s/)[0];
}
