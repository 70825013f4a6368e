import js from '@eslint/js'
import jsdoc from 'eslint-plugin-jsdoc'
import globals from 'globals'

const HTML_SINKS = [
  { property: 'innerHTML', message: 'Build nodes; text becomes textContent.' },
  { property: 'outerHTML', message: 'Build nodes; text becomes textContent.' },
  { property: 'insertAdjacentHTML', message: 'Build nodes; text becomes textContent.' }
]

export default [
  { ignores: ['dist/', 'node_modules/'] },
  js.configs.recommended,
  jsdoc.configs['flat/recommended-typescript-flavor-error'],
  {
    languageOptions: { globals: globals.browser },
    rules: {
      complexity: ['error', 8],
      eqeqeq: 'error',
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 40],
      'max-params': ['error', 4],
      'no-console': 'error',
      'no-else-return': 'error',
      'no-eval': 'error',
      'no-restricted-properties': ['error', ...HTML_SINKS],
      'prefer-const': 'error',
      'jsdoc/require-jsdoc': ['error', { publicOnly: true, require: { ClassDeclaration: true } }],
      // What a browser hands over (statistics, events, JSON) has no better type.
      'jsdoc/reject-any-type': 'off',
      'jsdoc/require-param-description': 'off',
      'jsdoc/require-property-description': 'off',
      'jsdoc/require-returns': 'off',
      'jsdoc/tag-lines': ['error', 'never', { startLines: null }]
    }
  },
  {
    files: ['*.mjs'],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off' }
  }
]
