#!/usr/local/bin/node
/** `netguard` in the image: the kernel starts Node.js with it directly, since no shell is there to run the launcher. */
import '../main.js';
