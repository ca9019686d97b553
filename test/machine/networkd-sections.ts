/** The files that netplan writes for networkd (systemd.network(5)), a line for each section that has a setting. */
export const networkdSections = (text: string): string[] =>
  text
    .split(/^(?=\[)/m)
    .map((section) => section.trim().split('\n').join(' '))
    .filter(Boolean);
