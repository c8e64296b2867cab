import css from './kit.module.css';

/** A key or a secret that is shown this once: one press selects all of it. */
export function Token({ text }: { readonly text: string }) {
  return (
    <code className={css.token} data-token>
      {text}
    </code>
  );
}
