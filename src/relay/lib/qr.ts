import { execFile } from 'node:child_process';

/** Light modules around the code (ISO/IEC 18004 §5.3.8). */
const QUIET = 4;

/** A picture from rows of two characters per module, `##` where it is dark (`qrencode -t ASCII -m 0`). */
export const drawQr = (modules: string): string => {
  const rows = modules.trimEnd().split('\n');
  const size = rows.length + 2 * QUIET;
  const runs = rows.flatMap((row, y) =>
    [...row.matchAll(/(##)+/g)].map((run) => `M${run.index / 2} ${y}.5h${run[0].length / 2}`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-${QUIET} -${QUIET} ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M-${QUIET}-${QUIET}h${size}v${size}H-${QUIET}z"/><path stroke="#000" d="${runs.join('')}"/></svg>`;
};

/** A QR code as SVG, small enough to stand in a page. Rejects when qrencode(1) fails. */
export const qrSvg = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile('qrencode', ['-t', 'ASCII', '-m', '0', '-o', '-'], (error, modules) =>
      error ? reject(error) : resolve(drawQr(modules)),
    );
    // Where it does not start, the callback has the reason.
    child.stdin?.on('error', () => {}).end(text);
  });
