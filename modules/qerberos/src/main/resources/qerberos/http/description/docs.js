// Draws openapi.json. Everything is made as elements and text, never as markup, so that whatever the
// document says stays text.

// OPTIONS is the same everywhere, and the introduction says it.
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const base = new URL('..', import.meta.url);
const content = document.getElementById('content');
const contents = document.getElementById('contents');

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? '' : value);
    }
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ''));
  return made;
}

/** The few signs our descriptions use: blank line, `code`, **strong**. */
function prose(text) {
  return (text ?? '').trim().split(/\n\s*\n/).filter(Boolean)
    .map((paragraph) => element('p', {}, inline(paragraph.replace(/\n/g, ' '))));
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return element('code', {}, part.slice(1, -1));
    if (part.startsWith('**')) return element('strong', {}, part.slice(2, -2));
    return part;
  });
}

class Page {
  constructor(api) {
    this.api = api;
  }

  resolved(node) {
    let at = node ?? {};
    while (at.$ref) {
      at = at.$ref.slice(2).split('/').reduce((from, name) => from[name.replaceAll('~1', '/').replaceAll('~0', '~')], this.api);
    }
    return at;
  }

  draw() {
    const { info, tags } = this.api;
    content.append(element('h1', {}, `${info.title} `), element('p', { class: 'summary' }, info.summary), ...prose(info.description));
    const search = element('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the operations' });
    // On a narrow screen the operations would stand before everything else, so they open when asked for.
    const index = element('details', { class: 'index', open: matchMedia('(min-width: 56rem)').matches }, element('summary', {}, 'Operations'));
    contents.append(search, index);
    for (const tag of tags) {
      this.group(tag, index);
    }
    search.addEventListener('input', () => {
      index.open = true;
      filter(search.value);
    });
    document.title = `${info.title} ${info.version}: the API`;
    if (location.hash) {
      document.querySelector(`[id="${CSS.escape(location.hash.slice(1))}"]`)?.scrollIntoView();
    }
  }

  group(tag, index) {
    const section = element('section', { 'aria-label': tag.name }, element('h2', {}, tag.name), ...prose(tag.description));
    const list = element('ul');
    for (const [path, item] of Object.entries(this.api.paths)) {
      for (const method of METHODS) {
        if (item[method]?.tags?.includes(tag.name)) {
          section.append(this.operation(path, method, item, item[method]));
          list.append(element('li', {}, element('a', { href: `#${item[method].operationId}` }, verb(method), element('span', { class: 'path' }, path))));
        }
      }
    }
    content.append(section);
    index.append(element('div', { class: 'group' }, element('h2', {}, tag.name), list));
  }

  operation(path, method, item, operation) {
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => this.resolved(one));
    const article = element('article', { class: 'operation', id: operation.operationId },
      element('h3', {}, element('a', { href: `#${operation.operationId}` }, operation.summary)),
      element('p', { class: 'address' }, verb(method), element('span', { class: 'path' }, path)),
      this.needs(operation), ...prose(operation.description));
    const body = this.resolved(operation.requestBody);
    article.append(element('h4', {}, 'Try it'), ...this.commands(path, method, operation, parameters, body));
    if (parameters.length) {
      article.append(element('h4', {}, 'Parameters'), ...this.parameters(parameters));
    }
    for (const [type, media] of Object.entries(body.content ?? {})) {
      article.append(element('h4', {}, 'Body ', element('span', { class: 'kind' }, type)), this.schema(media.schema));
    }
    article.append(element('h4', {}, 'Answers'), ...this.answers(operation.responses));
    return article;
  }

  /** The filters are shown where they stand first, and folded from then on. */
  parameters(parameters) {
    const list = (some) => (some.length ? element('dl', { class: 'fields' }, some.map((one) =>
      this.field(one.name, one.schema, one.required, one.description, one.in))) : '');
    const filters = parameters.filter((one) => one['x-filter']);
    if (!filters.length || !this.filtersShown) {
      this.filtersShown ||= filters.length > 0;
      return [list(parameters)];
    }
    return [list(parameters.filter((one) => !one['x-filter'])), element('details', {},
      element('summary', {}, `The same ${filters.length} filters: `, filters.map((one) => one.name).join(', ')),
      element('div', { class: 'inside' }, list(filters)))];
  }

  needs(operation) {
    const ways = operation.security ?? [];
    const roles = [...new Set(ways.flatMap((way) => Object.values(way).flat()))];
    const open = ways.some((way) => Object.keys(way).length === 0);
    if (!roles.length) return element('p', { class: 'needs' }, 'Public.');
    return element('p', { class: 'needs' }, open ? 'Public as the service is set, else needs ' : 'Needs ',
      roles.map((role) => element('code', {}, role)), '.');
  }

  commands(path, method, operation, parameters, body) {
    const open = (operation.security ?? []).some((way) => Object.keys(way).length === 0);
    const address = path.replace(/\{(\w+)\}/g, (_, name) => encoded(parameters.find((one) => one.name === name)?.example ?? name));
    const streams = Object.values(operation.responses).some((one) => this.resolved(one).content?.['text/event-stream']);
    const head = (query) => {
      const url = new URL(base.pathname.replace(/\/$/, '') + address, base).href + query;
      let line = `curl -s${streams ? 'N' : ''}${method === 'get' || (method === 'post' && body.content) ? '' : ` -X ${method.toUpperCase()}`} '${url}'`;
      if (!open) line += ` \\\n  -H "Authorization: Bearer $TOKEN"`;
      return line;
    };
    const queried = parameters.find((one) => one.in === 'query' && one.name === 'q' && one.example);
    const query = operation['x-try'] ?? (queried ? `q=${encodeURIComponent(queried.example)}` : '');
    const plain = head(query ? `?${query}` : '');
    const samples = [];
    for (const [type, media] of Object.entries(body.content ?? {})) {
      for (const example of Object.values(media.examples ?? {})) {
        const lines = typeof example.value === 'string';
        const text = (lines ? example.value.trimEnd() : JSON.stringify(example.value, null, 2)).replaceAll("'", "'\\''");
        const kind = lines ? ` \\\n  -H 'Content-Type: ${type}'` : '';
        samples.push(sample(`${plain}${kind} \\\n  ${lines ? '--data-binary' : '-d'} '${text}'`, example.summary));
      }
    }
    const [first = sample(plain), ...others] = samples;
    return [first, ...others.map((other) => {
      const caption = other.querySelector('figcaption');
      caption?.remove();
      return element('details', {}, element('summary', {}, caption?.textContent ?? 'Another'), element('div', { class: 'inside' }, other));
    })];
  }

  answers(responses) {
    return Object.entries(responses).map(([status, given]) => {
      const response = this.resolved(given);
      const [about, ...more] = response.description.trim().split(/\n\s*\n/);
      const inside = element('div', { class: 'inside' }, ...prose(more.join('\n\n')));
      for (const [type, media] of Object.entries(response.content ?? {})) {
        const item = media['x-itemSchema'];
        inside.append(element('p', { class: 'kind' }, item ? `${type}, each ${type === 'text/event-stream' ? 'message' : 'line'} an ${this.named(item)}` : type),
          this.schema(item ?? media.schema));
        if (media.example !== undefined) {
          inside.append(sample(typeof media.example === 'string' ? media.example : JSON.stringify(media.example, null, 2), 'Example'));
        }
      }
      const headers = Object.entries(response.headers ?? {});
      if (headers.length) {
        inside.append(element('p', { class: 'kind' }, 'Headers'), element('dl', { class: 'fields' }, headers.map(([name, header]) => {
          const { schema, description } = this.resolved(header);
          return this.field(name, schema, false, description);
        })));
      }
      return element('details', {}, element('summary', {},
        element('span', { class: `status ${status < '4' ? 'good' : 'bad'}` }, status === 'default' ? 'else' : status),
        inline(about.replace(/\n/g, ' '))), inside);
    });
  }

  /** One named thing: what it is called, what kind it is, what it means, what it holds. */
  field(name, given, required, description, where) {
    const schema = this.resolved(given);
    const about = description ?? given?.description ?? schema.description ?? '';
    return element('div', {},
      element('dt', {}, name, required ? element('span', { class: 'must' }, 'required') : ''),
      element('dd', {}, element('span', { class: 'kind' }, [where, this.kind(schema)].filter(Boolean).join(', ')), ...prose(about), this.nested(schema)));
  }

  nested(schema) {
    const inner = schema.items ? this.resolved(schema.items) : schema;
    const has = inner.properties || inner.anyOf?.some((one) => this.resolved(one).properties);
    return has ? element('details', { class: 'nested' }, element('summary', {}, 'what it holds'), element('div', { class: 'inside' }, this.schema(inner))) : '';
  }

  schema(given) {
    const schema = this.resolved(given);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices && !schema.properties) {
      return element('div', {}, choices.map((choice, index) => element('details', { open: index === 0 },
        element('summary', {}, this.named(choice)), element('div', { class: 'inside' }, this.schema(choice)))));
    }
    if (schema.items) {
      return element('div', {}, element('p', { class: 'kind' }, this.kind(schema)), this.schema(schema.items));
    }
    const { properties, required } = this.merged(schema);
    const names = Object.entries(properties);
    if (!names.length) {
      return element('div', {}, element('p', { class: 'kind' }, this.kind(schema)), ...prose(schema.description));
    }
    return element('div', {}, ...prose(schema.description), element('dl', { class: 'fields' },
      names.map(([name, one]) => this.field(name, one, required.includes(name)))));
  }

  /** What a schema is called, where it has a name. */
  named(given) {
    const schema = this.resolved(given);
    if (schema.items) return `array of ${this.named(schema.items)}`;
    return given.$ref ? given.$ref.split('/').pop() : this.kind(schema);
  }

  /** What all parts of an allOf say together; what comes later is the more exact. */
  merged(given) {
    const schema = this.resolved(given);
    const parts = (schema.allOf ?? []).map((part) => this.merged(part));
    return {
      properties: Object.assign({}, ...parts.map((part) => part.properties), schema.properties ?? {}),
      required: [...parts.flatMap((part) => part.required), ...(schema.required ?? [])],
    };
  }

  kind(schema) {
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.join(' | ');
    if (schema.allOf) return this.kind({ type: 'object' }) + this.codes(schema);
    const type = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type ?? (schema.properties ? 'object' : 'any');
    const of = schema.items ? ` of ${this.named(schema.items)}` : '';
    const most = schema.maxLength ? `, up to ${schema.maxLength} characters` : '';
    const least = schema.minimum ?? '';
    const range = schema.maximum !== undefined ? `, ${least}..${schema.maximum}` : least !== '' ? `, ${least} or more` : '';
    const otherwise = schema.default !== undefined ? `, default ${schema.default}` : '';
    return `${schema.format ?? type}${of}${most}${range}${otherwise}`;
  }

  codes(schema) {
    const code = this.resolved(this.merged(schema).properties.code);
    return code.const ? `, code ${code.const}` : '';
  }
}

function verb(method) {
  return element('span', { class: `method ${method}` }, method.toUpperCase());
}

/** A segment of a path, with the signs that may stand there left as they are. */
function encoded(value) {
  return encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2F', '/');
}

function sample(text, caption) {
  const button = element('button', { type: 'button' }, 'Copy');
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return element('figure', { class: 'sample' }, caption ? element('figcaption', {}, caption) : '',
    element('pre', { tabindex: '0' }, element('code', {}, text)), navigator.clipboard ? button : '');
}

function filter(text) {
  const wanted = text.trim().toLowerCase();
  for (const group of contents.querySelectorAll('.group')) {
    let shown = 0;
    for (const entry of group.querySelectorAll('li')) {
      const id = entry.querySelector('a').hash.slice(1);
      const article = document.getElementById(id);
      const match = article.textContent.toLowerCase().includes(wanted);
      entry.hidden = !match;
      article.hidden = !match;
      shown += match ? 1 : 0;
    }
    group.hidden = shown === 0;
  }
  for (const section of content.querySelectorAll('section')) {
    section.hidden = !section.querySelector('.operation:not([hidden])');
  }
}

try {
  const answer = await fetch(new URL('openapi.json', base));
  if (!answer.ok) throw new Error(`openapi.json: ${answer.status}`);
  new Page(await answer.json()).draw();
} catch (error) {
  content.append(element('p', {}, `openapi.json could not be shown (${error.message}). `, element('a', { href: 'openapi.yaml' }, 'openapi.yaml'), ' says the same.'));
}
