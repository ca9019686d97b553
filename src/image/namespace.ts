/**
 * Files of an image belong to root and to system users. Root can make them as they are; an ordinary user can
 * in a user namespace, where it is root and the ids from /etc/subuid are the others (user_namespaces(7)).
 * In both cases mounts are made in a namespace of their own, and are gone with the last process in it.
 */
const asRoot = (isRoot: boolean): readonly string[] =>
  isRoot ? [] : ['unshare', '--map-root-user', '--map-auto', '--'];

/** The command that does `argv` with the right to own files as any user. */
export const owning = (isRoot: boolean, argv: readonly string[]): readonly string[] => [
  ...asRoot(isRoot),
  ...argv,
];

const ENTER = `
set -eu
root=$1; shift
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  : > "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -t proc proc "$root/proc"
# a folder that is not in there
unset TMPDIR
exec chroot "$root" "$@"
`;

/**
 * The command that does `argv` inside the tree as its root directory, with `/proc` and the harmless devices.
 * Every process it starts ends with it.
 */
export const inside = (isRoot: boolean, root: string, argv: readonly string[]): readonly string[] => [
  'unshare',
  ...(isRoot ? [] : ['--map-root-user', '--map-auto']),
  ...['--mount', '--uts', '--pid', '--fork', '--kill-child', '--'],
  ...['sh', '-c', ENTER, 'sh', root, ...argv],
];
