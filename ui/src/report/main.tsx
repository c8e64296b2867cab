import { createRoot } from 'react-dom/client';
import { Theme } from '../kit/theme.js';
import { readReport } from './data.js';
import { NoReport, ReportPage } from './ReportPage.js';

const root = document.getElementById('root');
const report = readReport(document);
if (root) createRoot(root).render(<Theme>{report ? <ReportPage report={report} locale={navigator.language} /> : <NoReport />}</Theme>);
