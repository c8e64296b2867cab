/**
 * Every expected failure is a ShoalError with a code from this catalogue: code → HTTP status, exit code, sentence.
 * The sentence says what is wrong with the value in it, then what to do.
 */
const entry = <D>(exit: number, status: number, text: (details: D) => string) => ({ exit, status, text });

/** What a task of a predictor is called. */
const words: Record<string, string> = { binary: 'one of two answers', multiclass: 'one of several answers', regression: 'a number' };

export const catalogue = {
  'ingest/no-such-file': entry(2, 404, (d: { path: string; hint?: string }) => `There is no file '${d.path}'. ${d.hint ?? 'Check the path and try again.'}`),
  'ingest/unreadable-file': entry(2, 422, (d: { path: string; reason: string }) => `'${d.path}' cannot be read: ${d.reason}`),
  'ingest/empty-file': entry(2, 422, (d: { path: string }) => `'${d.path}' is empty. Give a file with a header line and at least one row.`),
  'ingest/no-rows': entry(2, 422, (d: { path: string }) => `'${d.path}' has a header but no rows. Give a file with at least one row.`),
  'ingest/binary-file': entry(2, 422, (d: { path: string; looksLike: string }) =>
    `'${d.path}' is not a table (it looks like ${d.looksLike}). Give CSV, TSV, whitespace-separated text, JSON, NDJSON or Parquet, gzipped or not.`),
  'ingest/one-column': entry(2, 422, (d: { path: string; column: string }) =>
    `'${d.path}' has a single column ('${d.column}'): there is nothing to compare. If the delimiter was misread, name it with --delimiter.`),
  'ingest/too-many-columns': entry(2, 422, (d: { path: string; columns: number; limit: number }) =>
    `'${d.path}' has ${d.columns} columns; at most ${d.limit} are read. Keep the columns that matter and try again.`),
  'ingest/unknown-column': entry(2, 422, (d: { column: string; source: string; suggestion?: string }) =>
    `'${d.source}' has no column '${d.column}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ''}`),
  'ingest/bad-expression': entry(2, 422, (d: { expression: string; reason: string }) =>
    `The expression '${d.expression}' cannot be used: ${d.reason} Use column names, numbers, + - * / and parentheses.`),
  'ingest/no-entity': entry(2, 422, (d: { sources: string }) =>
    `No column in ${d.sources} says who each row belongs to. Name it with --entity <column>.`),
  'ingest/all-ids-missing': entry(2, 422, (d: { source: string; column: string; rows: number }) =>
    `All ${d.rows} rows of '${d.source}' have an empty '${d.column}', so no row belongs to anyone. Name another column with --entity.`),
  'ingest/all-rows-rejected': entry(2, 422, (d: { source: string; rows: number; reasons: string }) =>
    `None of the ${d.rows} rows of '${d.source}' could be used (${d.reasons}). Correct the file or override the inference with --entity, --time or --amount.`),
  'ingest/one-entity': entry(2, 422, (d: { source: string; column: string; value: string }) =>
    `All rows of '${d.source}' belong to one ${d.column} ('${d.value}'): there is nobody to compare. Give data of more of them, or another --entity column.`),
  'ingest/bad-message': entry(2, 400, (d: { reason: string }) => `The message was not taken: ${d.reason}.`),
  'ingest/not-a-table': entry(2, 422, (d: { path: string; kept: number; refused: number }) =>
    `'${d.path}' does not read as a table: ${d.refused} of its ${d.kept + d.refused} rows have another number of columns than the rest. If the delimiter was misread, name it with --delimiter.`),
  'featurize/too-few-entities': entry(2, 422, (d: { count: number; minimum: number; word?: { one: string; many: string } }) =>
    `There ${d.count === 1 ? `is 1 ${d.word?.one ?? 'customer'}` : `are ${d.count} ${d.word?.many ?? 'customers'}`}; segments need at least ${d.minimum}. Give more data, or name another column with --entity.`),
  'featurize/no-features': entry(2, 422, (d: { reason: string }) => `Nothing varies between the customers: ${d.reason}. Give columns that describe behaviour or attributes.`),
  'segment/bad-k': entry(2, 422, (d: { k: number; rows: number }) => `k is ${d.k}, but it must be between 2 and the number of customers (${d.rows}).`),
  'segment/unknown-algorithm': entry(2, 404, (d: { name: string; known: string; suggestion?: string }) =>
    `There is no algorithm '${d.name}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ` There are: ${d.known}.`}`),
  'predict/bad-history': entry(2, 422, (d: { row: number; problem: string }) =>
    `History ${d.row.toLocaleString('en')} ${d.problem}. Repeat purchases are whole numbers, and 0 ≤ last purchase ≤ age in one unit of time, both counted from the first purchase.`),
  'predict/too-few-repeats': entry(2, 422, (d: { model: string; entities: number; repeaters: number; minimum: number }) =>
    `Of ${d.entities.toLocaleString('en')} histories ${d.repeaters.toLocaleString('en')} ${d.repeaters === 1 ? 'has' : 'have'} a repeat purchase; ${d.model} needs ${d.minimum}. Take a longer time or more people; those who all buy only once need a model of who comes back at all.`),
  'predict/not-converged': entry(3, 422, (d: { model: string; slope: number; evaluations: number }) =>
    `The search for the parameters of ${d.model} came to no end (slope ${d.slope.toExponential(1)} after ${d.evaluations} evaluations). Fit it by cohort of first purchase, take out extreme buyers, or take a model with fewer parameters (NBD).`),
  'predict/too-few-spends': entry(2, 422, (d: { entities: number; notPositive: number; minimum: number }) =>
    `Only ${d.entities.toLocaleString('en')} with repeat purchases spent more than 0${d.notPositive ? ` (${d.notPositive.toLocaleString('en')} spent 0 or less)` : ''}; a model of spend needs ${d.minimum}. Check the column of amounts, or predict purchases without their value.`),
  'predict/no-purchases': entry(2, 422, (d: { found: string }) =>
    `The value of customers needs a log of purchases: rows with who and when (and how much). ${d.found} Give the file of orders, or name its columns with --entity and --time.`),
  'predict/bad-lifetime': entry(2, 422, (d: { row: number; problem: string }) =>
    `Row ${d.row.toLocaleString('en')} ${d.problem}. A lifetime is a number of 0 or more, and 1 where it ended, 0 where it is still running.`),
  'predict/no-ends': entry(2, 422, (d: { rows: number }) => `Of ${d.rows.toLocaleString('en')} lifetimes none has ended, so nothing tells when they do. Take a longer time, or check the column that says who left.`),
  'predict/no-effect': entry(2, 422, (d: { name: string; reason: string }) => `The effect of '${d.name}' on the risk to end cannot be found: it ${d.reason}. Leave it out.`),
  'predict/too-many-periods': entry(2, 422, (d: { rows: number; most: number }) =>
    `There would be ${d.rows.toLocaleString('en')} rows of persons and periods; ${d.most.toLocaleString('en')} are made at most. Take longer periods, or fewer people.`),
  'predict/no-lifetimes': entry(2, 422, (d: { columns: string }) =>
    `No table says of each subscriber how long it has been there (a number) and whether it has ended (yes or no)${d.columns ? `; there are ${d.columns}` : ''}. Name the two columns.`),
  'predict/unknown-predictor': entry(2, 404, (d: { name: string; known: string; suggestion?: string }) =>
    `There is no predictor '${d.name}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ` There are: ${d.known}.`}`),
  'predict/no-input': entry(2, 422, (d: { input: string; suggestion?: string }) =>
    `The model needs a column '${d.input}', which is not there.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ' Give every column that it was trained on.'}`),
  'predict/no-formula': entry(2, 422, (d: { what: string; problem: string }) => `This model cannot be written as ${d.what}: ${d.problem}. Score rows with the library instead.`),
  'predict/bad-model': entry(2, 422, (d: { tool: string; problem: string }) => `The ${d.tool} model cannot be read: ${d.problem}. Save it again and give the whole file.`),
  'predict/unsupported-model': entry(2, 422, (d: { tool: string; what: string; instead: string }) => `The ${d.tool} model has ${d.what}, which is not supported. ${d.instead}`),
  'predict/no-answers': entry(2, 422, (_: Record<string, never>) => 'No row has an answer, so there is nothing to learn from or to compare with. Give rows whose outcome is known.'),
  'predict/infinite': entry(2, 422, (d: { name: string; row: number; value: number }) =>
    `Row ${d.row} of '${d.name}' holds ${d.value}. Give finite numbers; leave out what is not known.`),
  'predict/unknown-column': entry(2, 422, (d: { column: string; known: string; suggestion?: string }) =>
    `There is no column '${d.column}' to predict from these files.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ` There are: ${d.known}.`}`),
  'predict/unknown-happening': entry(2, 422, (d: { name: string; known: string; suggestion?: string }) =>
    `Nothing called '${d.name}' happens in these files.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ` What happens: ${d.known}.`}`),
  'predict/no-target': entry(2, 422, (d: { reason: string }) => `There is nothing to predict: ${d.reason} Say what with --target, for example --target churn (a column) or --target 'any orders 90d'.`),
  'predict/bad-target': entry(2, 422, (d: { given: string; problem: string }) => `The target '${d.given}' cannot be used: ${d.problem}`),
  'predict/too-short': entry(2, 422, (d: { sentence: string }) => d.sentence),
  'predict/too-few-answers': entry(2, 422, (d: { sentence: string }) => d.sentence),
  'predict/no-inputs': entry(2, 422, (d: { reason: string }) => `There is nothing to predict from: ${d.reason}`),
  'predict/one-class': entry(2, 422, (d: { rows: number; answer: string }) =>
    `${d.rows === 1 ? 'The only row has' : `All ${d.rows.toLocaleString('en')} rows have`} the same answer ('${d.answer}'), so there is nothing to tell apart. Give rows of both kinds, or change what is predicted.`),
  'predict/wrong-task': entry(2, 422, (d: { title: string; task: string; tasks: string }) => `${d.title} cannot predict ${words[d.task] ?? d.task}. It predicts ${d.tasks.split(', ').map((task) => words[task] ?? task).join(', ')}.`),
  'predict/bad-answers': entry(2, 422, (d: { problem: string }) => `${d.problem}. Give one answer per row, and leave unknown ones missing.`),
  'predict/bad-rule': entry(2, 422, (d: { problem: string }) => `${d.problem}.`),
  'segment/nothing-in-common': entry(2, 422, (d: { a: string; b: string }) =>
    `'${d.a}' and '${d.b}' have nobody in common, so there is nothing to compare. Give two runs over the same customers.`),
  'segment/no-updates': entry(2, 422, (d: { title: string }) =>
    `${d.title} cannot learn from more rows without the old ones. Fit it again, or use mini-batch-kmeans.`),
  'segment/ragged': entry(2, 422, (d: { row: number; length: number; d: number }) =>
    `Row ${d.row} has ${d.length} numbers where ${d.d} are expected. Give rows of the same length, at least one number each.`),
  'segment/auto-chooses': entry(2, 422, (_: Record<string, never>) =>
    'The automatic choice finds the algorithm and the number of segments itself, so it takes neither k nor options. Name an algorithm to set its own.'),
  'segment/takes-no-k': entry(2, 422, (d: { title: string; options: string }) =>
    `${d.title} finds the number of segments itself, so it takes no k. Its options are: ${d.options}.`),
  'segment/none-found': entry(2, 422, (d: { title: string }) =>
    `${d.title} found no segment with these options: everyone is an outlier. Ask for smaller or less dense groups, or leave the algorithm out to see whether there is any structure.`),
  'segment/no-formula': entry(2, 422, (d: { title: string; what: string }) =>
    `This ${d.title} model cannot be written as ${d.what}: it places a row by its neighbours or through a network, not by a short formula. Score new rows with the library instead.`),
  'segment/bad-column': entry(2, 422, (d: { column: number; columns: number }) =>
    `Column ${d.column} is said to be categorical, but there are ${d.columns} columns, counted from 0.`),
  'segment/too-many-categories': entry(2, 422, (d: { categories: number; most: number }) =>
    `The categorical columns hold ${d.categories} different categories; at most ${d.most} can be taken here. Leave out columns that name each row, or join rare categories.`),
  'segment/contradiction': entry(2, 422, (d: { a: number; b: number; problem: string }) =>
    `${d.a === d.b ? `Row ${d.a} contradicts itself` : `Rows ${d.a} and ${d.b} contradict each other`}: ${d.problem}. Rows are counted from 0. Drop one of the constraints.`),
  'segment/bad-constraint': entry(2, 422, (d: { problem: string }) => `${d.problem}. Rows and segments are counted from 0.`),
  'segment/not-finite': entry(2, 422, (d: { value: number; row: number; feature: number }) =>
    `Row ${d.row + 1} holds ${d.value} as feature ${d.feature + 1}; distances need finite numbers. Fill or remove missing values first.`),
  'rules/invalid': entry(2, 422, (d: { problems: string }) => `The rule has problems:\n${d.problems}`),
  'rules/unknown-feature': entry(2, 422, (d: { name: string; suggestion?: string }) =>
    `This run has no feature '${d.name}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ' Choose one of its features.'}`),
  'rules/unknown-segment': entry(2, 422, (d: { id: string; suggestion?: string }) =>
    `This run has no segment '${d.id}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ' Choose one that it found.'}`),
  'rules/unknown-source': entry(2, 422, (d: { name: string; known: string; suggestion?: string }) =>
    `This run has no source '${d.name}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : d.known ? ` There are: ${d.known}.` : " It kept no rows of any: run 'shoal discover' again with --workspace."}`),
  'rules/unknown-column': entry(2, 422, (d: { name: string; source: string; known: string; suggestion?: string }) =>
    `The source '${d.source}' has no column '${d.name}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ` Rules can ask about: ${d.known}.`}`),
  'rules/no-times': entry(2, 422, (d: { source: string }) => `The rows of '${d.source}' have no time, so nothing can be counted in them. Ask for a column of it, or of another source.`),
  'rules/wrong-type': entry(2, 422, (d: { name: string; type: string; wanted: string }) => `'${d.name}' is ${d.type}. Compare it with ${d.wanted}.`),
  'rules/not-attributes': entry(2, 422, (d: { source: string }) => `The rows of '${d.source}' are things that happened, not what somebody is. Ask how often with 'performed'.`),
  'rules/not-live': entry(2, 422, (d: { what: string; instead: string }) => `${d.what} cannot be followed live. Use ${d.instead} instead.`),
  'rules/no-map': entry(2, 422, (d: { run: string }) => `Run ${d.run} has no map to draw on. Use conditions instead.`),
  'rules/other-map': entry(2, 422, (d: { run: string; wanted: string }) =>
    `The area was drawn on the map of run ${d.wanted}, and this is ${d.run}, whose map has other coordinates. Draw it again.`),
  'explain/unknown-entity': entry(2, 404, (d: { id: string; suggestion?: string }) =>
    `There is no customer '${d.id}' in this run.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ''}`),
  'explain/unknown-feature': entry(2, 404, (d: { feature: string; suggestion?: string }) =>
    `There is no feature '${d.feature}' in this run.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ''}`),
  'explain/unknown-segment': entry(2, 404, (d: { segment: number; segments: number }) =>
    `There is no segment ${d.segment} in this run. Its ${d.segments} segments are counted from 0.`),
  'explain/unknown-tier': entry(2, 404, (d: { tier: number; tiers: number }) => `There is no tier ${d.tier} in this run. Its ${d.tiers} tiers are counted from 0.`),
  'explain/no-run': entry(2, 404, (d: { folder: string }) => `'${d.folder}' holds no run. Run 'shoal discover <files>' first, or name its folder with --out.`),
  'config/invalid': entry(2, 422, (d: { problems: string }) => `The configuration has problems:\n${d.problems}`),
  'config/unreadable': entry(2, 422, (d: { path: string; reason: string }) => `'${d.path}' cannot be loaded: ${d.reason}`),
  'cli/usage': entry(2, 400, (d: { message: string }) => d.message),
  'cli/failed': entry(1, 500, (d: { sentence: string }) => d.sentence),
  'cli/exists': entry(2, 409, (d: { path: string }) => `'${d.path}' exists already. Use --force to replace it.`),
  'postgres/bad-url': entry(2, 422, (_: Record<string, never>) => 'That is no address of a PostgreSQL database. It must be like postgres://user:password@host:5432/database.'),
  'postgres/failed': entry(2, 422, (d: { where: string; reason: string }) => `${d.where} cannot be read: ${d.reason}`),
  'postgres/no-rows': entry(2, 422, (d: { what: string }) => `${d.what} has no rows, so there is nothing to copy.`),
  'postgres/no-password': entry(2, 409, (_: Record<string, never>) => 'The address of the database was not kept, so this import cannot be resumed. Start it again.'),
  'server/not-local': entry(2, 422, (d: { host: string }) =>
    `Shoal listens on this machine only, and '${d.host}' is more than that. Put a proxy with https in front and say --behind-proxy, or leave --host out.`),
  'server/bad-folder': entry(2, 422, (d: { folder: string; reason: string }) => `'${d.folder}' is no folder that can be used: ${d.reason}. Name another with --data.`),
  'server/port-taken': entry(2, 409, (d: { port: number; shoal: boolean }) =>
    `Port ${d.port} is in use by ${d.shoal ? 'another Shoal' : 'another program'}. Stop it, or choose another port with --port (0 for any free one).`),
  'jobs/unknown': entry(2, 404, (d: { id: string }) => `There is no job '${d.id}' in this workspace.`),
  'jobs/unknown-kind': entry(2, 404, (d: { kind: string; known: string }) => `There is no kind of job '${d.kind}'. There are: ${d.known}.`),
  'jobs/too-many': entry(2, 429, (d: { most: number }) => `${d.most} jobs of this workspace are waiting already. Wait for them, or cancel some.`),
  'jobs/not-resumable': entry(2, 409, (d: { id: string; state: string }) => `Job '${d.id}' is ${d.state}, so there is nothing to resume.`),
  'jobs/owed': entry(2, 409, (d: { id: string }) => `Job '${d.id}' takes out who was erased, so it is not cancelled. It ends by itself.`),
  'jobs/crashed': entry(1, 500, (d: { reason: string }) => `The work ended before it was done: ${d.reason} Nothing was left half-written; it can be resumed.`),
  'live/overloaded': entry(1, 429, (d: { seconds: number }) => `More events are waiting than can be kept. Send them again in ${d.seconds === 1 ? '1 second' : `${d.seconds} seconds`}.`),
  'live/stopped': entry(1, 503, (_: Record<string, never>) => 'The live side of this workspace has stopped. Nothing that was acknowledged is lost; start the server again.'),
  'live/unknown-entity': entry(2, 404, (d: { id: string }) => `Nobody is known as '${d.id}' on the live side.`),
  'live/unknown-segment': entry(2, 404, (d: { id: string; suggestion?: string }) => `There is no live segment '${d.id}'.${d.suggestion ? ` Did you mean '${d.suggestion}'?` : ''}`),
  'live/differs': entry(1, 500, (d: { changes: string }) => `What came out is not what was told before${d.changes ? ` (changes ${d.changes})` : ''}. Keep the data folder as it is and report this.`),
  'live/pruned': entry(2, 409, (d: { first: number }) => `The journal begins with record ${d.first.toLocaleString('en')}: older ones were deleted by its retention, so not everything can be worked out again.`),
  'live/unknown-merge': entry(2, 404, (d: { seq: number }) => `No two people were joined at record ${d.seq}. List them with GET /v1/live/merges.`),
  'webhooks/bad-address': entry(2, 422, (d: { problem: string }) => `Nothing can be sent to this address: ${d.problem}.`),
  'live/edge-needs': entry(2, 422, (d: { segment: string; other: string }) => `'${d.segment}' looks at the segment '${d.other}', which is not in the module. Put it into the module too.`),
  'live/segment-cycle': entry(2, 422, (d: { segment: string; through: string }) =>
    `'${d.segment}' would depend on itself${d.through ? ` through ${d.through}` : ''}. Take one of these conditions out.`),
  'desk/restarted': entry(1, 503, (_: Record<string, never>) => 'The question could not be answered: what answers such questions had to be started again. Ask again.'),
  'files/unknown': entry(2, 404, (d: { id: string }) => `There is no file '${d.id}' in this workspace.`),
  'files/removed': entry(2, 409, (d: { name: string }) => `'${d.name}' was removed while it was being read. Restore it, then resume.`),
  'files/bad-name': entry(2, 422, (d: { reason: string }) => `The file's name cannot be used: ${d.reason}`),
  'files/too-large': entry(2, 413, (d: { name: string; limit: string }) => `'${d.name}' is larger than the ${d.limit} that a file may have here. Split it, or raise the limit where the server is started.`),
  'files/bomb': entry(2, 422, (d: { name: string; reason: string }) => `'${d.name}' was refused: ${d.reason}`),
  'runs/unknown': entry(2, 404, (d: { id: string }) => `There is no run '${d.id}' in this workspace.`),
  'run/write-failed': entry(3, 507, (d: { path: string; reason: string }) => `'${d.path}' could not be written: ${d.reason} Nothing was left half-written.`),
  'run/aborted': entry(130, 499, (_: Record<string, never>) => 'Stopped. Nothing was written.'),
  'kernel/too-large': entry(3, 507, (d: { gigabytes: string }) =>
    `The numbers need ${d.gigabytes} GiB at once, and 4 GiB is the most the kernel can hold. Use fewer features (exclude some) or fewer entities.`),
  'engine/failed': entry(1, 500, (d: { step: string; reason: string }) => `The query engine failed at '${d.step}': ${d.reason}`),
  'store/not-found': entry(2, 404, (d: { kind: string; id: string }) => `There is no ${d.kind} '${d.id}'.`),
  'store/exists': entry(2, 409, (d: { kind: string; id: string }) => `There is a ${d.kind} '${d.id}' already. Choose another id.`),
  'store/conflict': entry(2, 409, (d: { problem: string }) => d.problem),
  'store/bad-value': entry(2, 422, (d: { what: string; problem: string }) => `The ${d.what} ${d.problem}.`),
  'store/in-use': entry(2, 409, (d: { place: string }) => `'${d.place}' is in use by another Shoal process. Stop that one first, or use it.`),
  'store/newer': entry(2, 409, (d: { place: string; found: number; known: number }) =>
    `'${d.place}' was written by a newer Shoal (its schema is version ${d.found}; this program knows ${d.known}). Use that version or a later one.`),
  'store/damaged': entry(3, 500, (d: { place: string; reason: string }) => `'${d.place}' is damaged: ${d.reason}. Restore a backup with 'shoal store restore'.`),
  'store/unavailable': entry(3, 503, (d: { place: string; reason: string }) => `The store '${d.place}' does not answer: ${d.reason}`),
  'store/bad-backup': entry(2, 422, (d: { path: string; problem: string }) => `'${d.path}' cannot be restored: ${d.problem}`),
  'govern/audit-broken': entry(1, 409, (d: { place: string; seq: number; problem: string }) => `The audit log of ${d.place} is not as it was written, from entry ${d.seq} on: ${d.problem}.`),
  'engine/unsupported': entry(2, 422, (d: { dialect: string; what: string }) => `The ${d.dialect} dialect has no ${d.what}.`),
  'runs/none': entry(2, 404, (_: Record<string, never>) => 'There is no run in use in this workspace yet. Upload a file and find its segments, or make a run the champion.'),
  'runs/no-worth': entry(2, 404, (d: { id: string }) => `The run '${d.id}' was not asked what everyone will be worth. Find the segments again with the option 'value'.`),
  'server/invalid': entry(2, 422, (d: { problems: readonly { at: string; message: string }[] }) =>
    `The request has ${d.problems.length === 1 ? 'a problem' : `${d.problems.length} problems`}: ${d.problems.map(({ at, message }) => `${at} ${message}`).join('; ')}.`),
  'server/bad-json': entry(2, 400, (d: { reason: string }) => `The body is no JSON document that can be taken: ${d.reason}`),
  'server/bad-address': entry(2, 400, (_: Record<string, never>) => 'The address cannot be read: it holds a broken % sequence or a character that may not be there.'),
  'server/wrong-type': entry(2, 415, (d: { expected: string }) => `The body must be sent as ${d.expected}. Set the header content-type.`),
  'server/too-large': entry(2, 413, (d: { limit: string }) => `The body is larger than the ${d.limit} that are read here.`),
  'server/too-slow': entry(2, 408, (d: { seconds: number }) => `Nothing more of the body came for ${d.seconds} seconds. Send it again.`),
  'server/no-route': entry(2, 404, (d: { method: string; path: string }) => `There is nothing at ${d.method} ${d.path}. The page /docs lists all that can be asked.`),
  'server/wrong-method': entry(2, 405, (d: { method: string; allowed: string }) => `${d.method} cannot be done here, only ${d.allowed}.`),
  'server/who-are-you': entry(2, 401, (d: { reason: string }) => `${d.reason} Log in, or send an API key as 'Authorization: Bearer shl_…'.`),
  'server/not-allowed': entry(2, 403, (d: { reason: string }) => d.reason),
  'server/other-workspace': entry(2, 403, (_: Record<string, never>) => 'This key or login is bound to another workspace. Leave the workspace out, or use one that is good for it.'),
  'server/wrong-host': entry(2, 421, (_: Record<string, never>) => 'This server does not answer to that name. Use the address it printed when it started, or name its address with --url.'),
  'server/wrong-origin': entry(2, 403, (_: Record<string, never>) => 'This came from a page of another origin. Only pages of this server may use its sessions; programs use API keys.'),
  'server/too-many': entry(2, 429, (d: { seconds: number }) => `Too many requests. Try again in ${d.seconds === 1 ? '1 second' : `${d.seconds} seconds`}.`),
  'server/too-long': entry(3, 503, (d: { seconds: number }) => `This took longer than ${d.seconds} seconds and was given up. Ask for less, or try again when the server has less to do.`),
  'server/not-ready': entry(3, 503, (d: { reason: string }) => `The server is not ready: ${d.reason}`),
  'server/failed': entry(70, 500, (_: Record<string, never>) => 'The server has failed in a way it should not. Please report this, with the id of the request.'),
} as const;

export type ErrorCode = keyof typeof catalogue;
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof catalogue)[C]['text']>[0];

/** The one error class. `exit` is the process exit code, `status` the HTTP status, `message` the sentence for the person. */
export class ShoalError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly details: ErrorDetails<C>;
  readonly exit: number;
  readonly status: number;

  constructor(code: C, details: ErrorDetails<C>, options?: { cause?: unknown }) {
    const found = catalogue[code];
    super((found.text as (d: ErrorDetails<C>) => string)(details), options);
    this.name = 'ShoalError';
    this.code = code;
    this.details = details;
    this.exit = found.exit;
    this.status = found.status;
  }
}

/** Throws when something that our own code guarantees does not hold: a bug, not bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}
