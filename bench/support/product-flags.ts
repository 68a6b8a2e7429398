/** What packages/cli/bin/netguard starts Node.js with: a small young generation, as the agent is to stay small. */
export const PRODUCT_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'] as const;
