import type { Run } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { Scroller } from '../kit/Section.js';
import css from './run.module.css';

/** The files that went in, with their size and the fingerprint of their content. */
export function Inputs({ inputs }: Pick<Run, 'inputs'>) {
  const f = useFormats();
  if (inputs.length === 0) return null;
  return (
    <Scroller label="Input files">
      <table className={css.inputs}>
        <thead>
          <tr>
            <th scope="col">Input file</th>
            <th scope="col">Size</th>
            <th scope="col">Fingerprint</th>
          </tr>
        </thead>
        <tbody>
          {inputs.map((input, i) => (
            <tr key={i}>
              <th scope="row">{input.path}</th>
              <td>{f.bytes(input.bytes)}</td>
              <td>
                <code>{input.fingerprint}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
