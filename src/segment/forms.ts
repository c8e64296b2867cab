export type { Form, Forms } from '../domain/forms.js';
