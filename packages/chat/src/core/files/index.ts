/** Files move only where somebody sends or fetches one, so this code is loaded when it is first needed. */
export { Files } from './files.ts';
