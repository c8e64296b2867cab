import { useSession } from '../workspace/session.js';
import { useWire } from '../wire/client.js';
import css from './settings.module.css';

/** What this is, which version, and where to read on. */
export function About() {
  const { version, actor } = useSession();
  const { workspace } = useWire();
  return (
    <section className={css.part} aria-label="About">
      <p>
        Shoal {version}. It runs on the machine that started it; your data stays there, and this page asks nothing of any other server.
      </p>
      <dl className={css.facts}>
        <div>
          <dt>You are</dt>
          <dd>
            {actor.name}
            {actor.role ? ` (${actor.role})` : ''}
          </dd>
        </div>
        <div>
          <dt>This workspace’s id</dt>
          <dd>
            <code>{workspace}</code>
          </dd>
        </div>
      </dl>
      <p>
        For programs: <a href="/docs" target="_blank" rel="noreferrer">the interface, page by page</a>, or <a href="/openapi.json" target="_blank" rel="noreferrer">as an OpenAPI document</a>.
      </p>
    </section>
  );
}
