export { cholesky, invert, solveLower, solveLowerTransposed } from './linear-algebra';
export { contractRow, maternRow } from './kernel';
