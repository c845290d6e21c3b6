// Starts cli.ts: Node 20 does not strip types itself, and `node --import tsx` would look for tsx from the
// caller's working directory.
import { register } from 'tsx/esm/api';

register();
await import('./cli.ts');
