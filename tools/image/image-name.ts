/** The name of the image without its tag: the archive, the tests and the chart's values use it. */
export const IMAGE_NAME = 'ghcr.io/netguard/netguard';

/** Where the application lies in the image. */
export const APPLICATION_DIRECTORY = 'usr/local/lib/netguard';
