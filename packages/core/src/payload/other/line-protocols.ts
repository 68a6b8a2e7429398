/** A protocol of lines by the first line of one of its ends. */
export interface LineProtocol {
  readonly name: string;
  /** Which end says it; of some protocols either may. */
  readonly from: 'client' | 'server' | 'either';
  readonly message: 'request' | 'response';
  /** Of the first line without its end. */
  readonly line: RegExp;
  /** Of the first bytes, that line and those after it. */
  readonly text?: RegExp;
}

/**
 * In this order: a greeting of 220 is SMTP's when it speaks of mail or begins with a host name (RFC 5321, section 4.2), else FTP's.
 * `USER name` alone is FTP's and POP3's; the server's greeting has told POP3 by then.
 */
export const LINE_PROTOCOLS: readonly LineProtocol[] = [
  { name: 'sip', from: 'either', message: 'request', line: /^[A-Z]{3,12} \S+ SIP\/2\.0$/ },
  { name: 'sip', from: 'either', message: 'response', line: /^SIP\/2\.0 \d{3}/ },
  { name: 'rtsp', from: 'either', message: 'request', line: /^[A-Z_]{3,16} (?:rtsps?:\/\/\S*|\*) RTSP\/\d\.\d$/ },
  { name: 'rtsp', from: 'either', message: 'response', line: /^RTSP\/\d\.\d \d{3}/ },
  { name: 'ssdp', from: 'either', message: 'request', line: /^(?:M-SEARCH|NOTIFY) \* HTTP\/1\.[01]$/ },
  { name: 'vnc', from: 'client', message: 'request', line: /^RFB \d{3}\.\d{3}$/ },
  { name: 'vnc', from: 'server', message: 'response', line: /^RFB \d{3}\.\d{3}$/ },
  { name: 'smtp', from: 'client', message: 'request', line: /^(?:(?:EHLO|HELO|LHLO) \S|MAIL FROM:|RCPT TO:)/i },
  { name: 'ftp', from: 'server', message: 'response', line: /^220[ -]/, text: /\bFTP|FTPd?\b|FileZilla/i },
  { name: 'smtp', from: 'server', message: 'response', line: /^220[ -]/, text: /SMTP|\bmail|postfix|sendmail|exim/i },
  { name: 'smtp', from: 'server', message: 'response', line: /^220[ -][\w-]+(?:\.[\w-]+)+(?: |$)/ },
  { name: 'ftp', from: 'server', message: 'response', line: /^220[ -]/ },
  {
    name: 'irc',
    from: 'client',
    message: 'request',
    line: /^(?:NICK \S|JOIN [#&]|USER \S+ \S+ \S+ |CAP (?:LS|REQ|END))/i,
  },
  { name: 'irc', from: 'client', message: 'request', line: /^PASS /i, text: /^(?:NICK|USER|CAP) /im },
  { name: 'irc', from: 'server', message: 'response', line: /^:\S+ (?:\d{3}|NOTICE|PRIVMSG|MODE|JOIN|PING) / },
  { name: 'irc', from: 'server', message: 'response', line: /^(?:NOTICE (?:AUTH|\*) |PING |ERROR ):/ },
  {
    name: 'pop3',
    from: 'server',
    message: 'response',
    line: /^\+OK .*(?:POP|ready|Dovecot|<[^\s<>@]{1,64}@[^\s<>@]{1,255}>)/i,
  },
  { name: 'pop3', from: 'client', message: 'request', line: /^(?:CAPA|STLS|APOP \S+ [0-9a-f]{32})$/i },
  { name: 'imap', from: 'server', message: 'response', line: /^\* (?:OK|PREAUTH|BYE)\b.*(?:IMAP|CAPABILITY)/i },
  {
    name: 'imap',
    from: 'client',
    message: 'request',
    line: /^[A-Z0-9.]{1,16} (?:CAPABILITY|STARTTLS|LOGIN \S+ \S|AUTHENTICATE \S|ID (?:NIL|\())/i,
  },
  {
    name: 'ftp',
    from: 'client',
    message: 'request',
    line: /^(?:USER \S+|AUTH (?:TLS|SSL)(?:-[CP])?|FEAT|SYST|PASV|EPSV|OPTS UTF8.*)$/i,
  },
  {
    name: 'memcached',
    from: 'client',
    message: 'request',
    line: /^(?:gets? \S|(?:set|add|replace|append|prepend|cas) \S+ \d+ -?\d+ \d+|(?:incr|decr) \S+ \d|(?:stats|flush_all)(?: |$)|version$)/,
  },
  {
    name: 'memcached',
    from: 'server',
    message: 'response',
    line: /^(?:VALUE \S+ \d+ \d+|STAT \S+ |VERSION \d|(?:NOT_)?STORED$)/,
  },
];
