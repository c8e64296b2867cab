import { Button } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { Dialog, DialogActions } from '../kit/Dialog.js';

/** Asks before a page with a rule that is not saved is left. */
export function LeaveGuard({ dirty }: { readonly dirty: boolean }) {
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <Dialog title="Leave without saving?" open={status === 'blocked'} onClose={() => reset?.()}>
      <p>The rule is not saved as a segment. Its address can bring it back as long as you keep it.</p>
      <DialogActions>
        <Button variant="default" onClick={() => proceed?.()}>
          Leave
        </Button>
        <Button onClick={() => reset?.()}>Stay here</Button>
      </DialogActions>
    </Dialog>
  );
}
