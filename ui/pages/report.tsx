/** A week's reports, one card for each repository. */
import type { JSX } from "preact";
import type { Report, ReportItem, Section } from "../../src/velodrome/reports/view.ts";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Ago } from "../parts/time.tsx";

export interface ReportPageProps extends Surroundings {
  readonly week: string;
  readonly reports: readonly Report[];
  /** Repositories whose report is not made yet. */
  readonly missing: readonly string[];
  readonly now: number;
}

export function ReportPage(props: ReportPageProps): JSX.Element {
  const { week, reports, missing, now } = props;
  return (
    <Frame {...props} title={`Week ${week}`}>
      <div class="title-row">
        <h1>Week {week}</h1>
        <p class="soft">
          <a href={`/velodrome/reports/${week}.md`}>As Markdown</a>, <a href="/velodrome/reports">all weeks</a>
        </p>
      </div>
      {missing.length > 0 && (
        <p class="notice">
          Not made yet:{" "}
          {missing.map((name) => (
            <a href={`/velodrome/reports/${week}?repo=${encodeURIComponent(name)}`} key={name}>
              {name}{" "}
            </a>
          ))}
        </p>
      )}
      {reports.map((report) => (
        <section class="card" key={report.repository} aria-labelledby={`report-${report.repository}`}>
          <div class="card-head">
            <h2 id={`report-${report.repository}`}>{report.repository}</h2>
            <p class="soft small">
              Made <Ago at={report.madeAt * 1000} now={now} />
            </p>
          </div>
          {report.sections.map((section) => (
            <Part section={section} repository={report.repository} key={section.title} />
          ))}
        </section>
      ))}
    </Frame>
  );
}

function Part({ section, repository }: { readonly section: Section; readonly repository: string }): JSX.Element {
  const { title, about, facts, items, more } = section;
  return (
    <>
      <h3>{title}</h3>
      <p class="soft small">{about}</p>
      <table>
        <tbody>
          {facts.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {items.length > 0 && (
        <ul>
          {items.map((item) => (
            <Line item={item} repository={repository} key={`${item.number} ${item.login}`} />
          ))}
          {more > 0 && <li>and {more} more</li>}
        </ul>
      )}
    </>
  );
}

function Line({ item, repository }: { readonly item: ReportItem; readonly repository: string }): JSX.Element {
  const { number, title, login, note } = item;
  return (
    <li>
      <a href={`/pr/${repository}/${number}`}>#{number}</a> {title}{" "}
      <span class="soft">
        {login}, {note}
      </span>
    </li>
  );
}
