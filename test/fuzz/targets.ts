import type { Target } from './fuzz.ts';
import { lmtpTarget, socketmapTarget } from './targets/courier.ts';
import { dictTarget } from './targets/dict.ts';
import { dkimTarget } from './targets/dkim.ts';
import { httpTarget } from './targets/http.ts';
import { milterTarget } from './targets/milter.ts';
import { mxdelivTarget } from './targets/mxdeliv.ts';
import { openpgpTarget } from './targets/openpgp.ts';
import { tarTarget } from './targets/tar.ts';

/** Every reader of what strangers send; sockets are made in `folder`. */
export const TARGETS: Readonly<Record<string, (folder: string) => Target | Promise<Target>>> = {
  dict: dictTarget,
  milter: milterTarget,
  http: httpTarget,
  mxdeliv: mxdelivTarget,
  lmtp: lmtpTarget,
  socketmap: socketmapTarget,
  openpgp: openpgpTarget,
  tar: tarTarget,
  dkim: dkimTarget,
};
