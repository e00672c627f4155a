import { describeBackend } from '../../src/testing/describe-backend.ts';
import { LocalPlace } from '../fixtures/local-place.ts';

describeBackend('local', { outlivesDriver: true, open: () => new LocalPlace() });
