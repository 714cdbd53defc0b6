// Fetches what VS Code in a browser needs, in the release that the environment variable VSCODE names.
import { install } from './install.ts';

await install();
