export const STORE_LIMITS = {
  /** Commands or messages of one stream that are told. */
  messages: 16,
  /** Characters of a name, a version or an error in `detail`. */
  textBytes: 128,
  /** Bytes of a Redis answer that are searched for the version. */
  redisInfoBytes: 512,
  /** Bytes of a number in a RESP header: 19 digits and a sign are what a signed word of 64 bits takes. */
  redisNumberBytes: 20,
  /** Key and value pairs of a PostgreSQL startup message. */
  postgresParameters: 64,
  /** Bytes of a Kafka request on the wire (socket.request.max.bytes of brokers). */
  kafkaRequestBytes: 104_857_600,
  /** Bytes of a MongoDB message on the wire (maxMessageSizeBytes). */
  mongoMessageBytes: 48_000_000,
  /** Bytes of a MySQL packet of the login. */
  mysqlLoginBytes: 65_536,
} as const;
