/**
 * The static policy that stands before the daemon does. It lets nothing but loopback through and needs nothing but `nft`,
 * so an entrypoint can load it before Node starts. `container/blocked.nft` is this text, byte for byte.
 */

export const bootTable = 'vks_boot';

export const bootScript = `# Blocked from the first instruction: vks replaces this table by its own policy and then deletes it.
add table inet ${bootTable}
add chain inet ${bootTable} input { type filter hook input priority 10; policy drop; }
add chain inet ${bootTable} forward { type filter hook forward priority 10; policy drop; }
add chain inet ${bootTable} output { type filter hook output priority 10; policy drop; }
flush chain inet ${bootTable} input
flush chain inet ${bootTable} forward
flush chain inet ${bootTable} output
add rule inet ${bootTable} input iifname "lo" accept
add rule inet ${bootTable} output ip daddr 127.0.0.11 counter drop
add rule inet ${bootTable} output oifname "lo" accept
add rule inet ${bootTable} input counter drop
add rule inet ${bootTable} forward counter drop
add rule inet ${bootTable} output counter drop
`;

export const bootRemoval = `delete table inet ${bootTable}\n`;
