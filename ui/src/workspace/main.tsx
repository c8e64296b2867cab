import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { Theme } from '../kit/theme.js';
import { Toasts } from '../kit/Toasts.js';
import { ProblemError } from '../wire/client.js';
import { followLinks } from './links.js';
import { fetchPages, router } from './routes.js';
import { SessionGate } from './session.js';

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // A session that ended shows the door, wherever one is.
    onError: (error) => error instanceof ProblemError && error.problem.status === 401 && queries.setQueryData(['session'], null),
  }),
  defaultOptions: { queries: { staleTime: 30_000, retry: (times, error) => times < 2 && !(error instanceof ProblemError && error.problem.status < 500) } },
});

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <Theme>
      <QueryClientProvider client={queries}>
        <Toasts>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
        </Toasts>
      </QueryClientProvider>
    </Theme>,
  );

followLinks(router);
window.addEventListener('load', () => setTimeout(() => void fetchPages(), 1500));
