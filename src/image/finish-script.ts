/**
 * Shell script that lays files over a tree: `$1` the tree, `$2` the folder of files. Runs with the right to own
 * files as any user.
 */
export const LAY_OVER = `
set -eu
tree=$1
cd "$2"
umask 022
find . -type f | while IFS= read -r file; do
  mkdir -p "$tree/$(dirname "$file")"
  rm -f "$tree/$file"
  cp --no-preserve=all "$file" "$tree/$file"
  ! [ -x "$file" ] || chmod 755 "$tree/$file"
done
`;

/** Shell script: no file in `$1` is newer than `$2`, in seconds, afterwards. */
export const SET_TIMES = `
set -eu
cd "$1"
find . -xdev -newermt "@$2" -exec touch --no-dereference --date="@$2" {} +
`;

/** Inside the tree: services of Debian that are not on by themselves. */
export const ENABLE = ['systemctl', 'enable', '--quiet', 'systemd-networkd.service', 'fstrim.timer'] as const;
