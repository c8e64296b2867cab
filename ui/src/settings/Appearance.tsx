import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useFormats } from '../kit/formats.js';
import css from './settings.module.css';

/** Light, dark or as the system has it; and how numbers and dates are written. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const f = useFormats();
  return (
    <section className={css.part} aria-label="Appearance">
      <div>
        <h2 className={css.small} id="colours">
          Colours
        </h2>
        <SegmentedControl
          aria-labelledby="colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
          data={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </div>
      <div>
        <h2 className={css.small}>Numbers and dates</h2>
        <p>
          Written as your browser does: {f.number(12345.6, 1)} and {f.date(Date.now())}. To have them otherwise, change the language of your browser.
        </p>
      </div>
    </section>
  );
}
