import { describe, expect, test } from 'vitest';
import { deriveSources, parseAptSources } from '../../vm/apt-sources.ts';

const deb822 = `# The archive
Types: deb deb-src
# an old place
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Enabled: yes

Types: deb-src
URIs: http://mirror.example/sources
Suites: bookworm
Components: main

Types: deb
Enabled: no
URIs: http://mirror.example/off
Suites: trixie
Components: main
`;

const oneLine = `deb-src http://mirror.example/debian trixie main
# deb http://old.example/debian trixie main
deb [arch=amd64 signed-by=/etc/apt/key.gpg] https://mirror.example/debian trixie main non-free # ours
deb http://mirror.example/security/ trixie-security main
`;

describe('parseAptSources', () => {
  test('reads stanzas, without source archives and disabled ones', () => {
    expect(parseAptSources('debian.sources', deb822)).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      },
      { uri: 'http://mirror.example/debian-security', suites: ['bookworm-security'], components: ['main'] },
    ]);
  });

  test('keeps a key that stands in the stanza itself', () => {
    const [source] = parseAptSources(
      'x.sources',
      'Types: deb\nURIs: http://a.example\nSuites: sid\nComponents: main\nSigned-By:\n KEY\n .\n MORE\n',
    );
    expect(source?.signedBy).toBe('\n KEY\n .\n MORE');
  });

  test('reads lines with and without options', () => {
    expect(parseAptSources('sources.list', oneLine)).toEqual([
      {
        uri: 'https://mirror.example/debian',
        suites: ['trixie'],
        components: ['main', 'non-free'],
        signedBy: '/etc/apt/key.gpg',
      },
      { uri: 'http://mirror.example/security', suites: ['trixie-security'], components: ['main'] },
    ]);
  });
});

describe('deriveSources', () => {
  const suites = ['bookworm', 'trixie-backports'];

  test('asks the same mirrors for other suites, with the same key', () => {
    const text = deriveSources(parseAptSources('d.sources', deb822), suites, ['bookworm-security']);
    expect(text).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: bookworm trixie-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`);
  });

  test('gives back what it wrote', () => {
    const text = deriveSources(parseAptSources('sources.list', oneLine), suites, ['bookworm-security']);
    expect(parseAptSources('kernels.sources', text ?? '').map(({ suites: read }) => read)).toEqual([
      suites,
      ['bookworm-security'],
    ]);
  });

  test('does without a security archive', () => {
    const sources = parseAptSources('sources.list', 'deb http://mirror.example/debian sid main');
    expect(deriveSources(sources, suites, ['bookworm-security'])).not.toContain('security');
  });

  test('passes over archives that are not Debian', () => {
    const sources = parseAptSources('sources.list', 'deb http://tools.example stable-tools main\n');
    expect(deriveSources(sources, suites, [])).toBeUndefined();
  });
});
