import css from './start.module.css';

const STEPS = ['Your files', 'What they are', 'The groups'] as const;

/** Where one is between files and groups. */
export function Steps({ at }: { readonly at: number }) {
  return (
    <ol className={css.steps} aria-label="Steps">
      {STEPS.map((step, i) => (
        <li key={step} aria-current={i === at ? 'step' : undefined} data-done={i < at}>
          <span>{i + 1}</span>
          {step}
        </li>
      ))}
    </ol>
  );
}
