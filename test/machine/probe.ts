import { bootVirtualMachine } from '../../src/lab/qemu.ts';

type Options = Omit<Parameters<typeof bootVirtualMachine>[0], 'format' | 'userData'>;

/** What a machine found out by the time cloud-init has read user-data, with its network up. */
interface Found {
  /** Of the network card. */
  readonly name: string;
  /** IPv4, with the length of its prefix. */
  readonly address: string;
  /** What its kernel forbids, as under Secure Boot: `none`, or more. */
  readonly lockdown: string;
  /** What a server in its network said, if there is one. */
  readonly said: string;
}

/** cloud-init runs this as soon as it has user-data and the network is up (`bootcmd`), and there it ends. */
const USER_DATA = `#cloud-config
bootcmd:
- - bash
  - -c
  - |
    address=$(ip -4 -brief address show scope global | awk '{print $1, $3}')
    lockdown=$(sed 's/.*\\[//; s/\\].*//' /sys/kernel/security/lockdown)
    exec 3<>/dev/tcp/10.0.2.100/80 && read -r said <&3
    echo "probe: $address $lockdown $said" >/dev/console
    systemctl poweroff --force --force
`;

/** Boots a disk as far as that, and no further. Rejects where it does not come so far. */
export const probe = async (options: Options): Promise<Found> => {
  const services = [{ at: '10.0.2.100:80', command: 'echo hello' }];
  const userData = Buffer.from(USER_DATA);
  const machine = await bootVirtualMachine({ ...options, format: 'qcow2', userData, services, cpus: 1 });
  try {
    const [, name = '', address = '', lockdown = '', said = ''] = await machine.console.waitFor(
      /probe: (\S*) (\S*) (\S*) (.*)/,
    );
    return { name, address, lockdown, said };
  } finally {
    await machine.remove();
  }
};
