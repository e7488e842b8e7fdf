import { mount } from 'svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import Root from './views/Root.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no #app');
mount(Root, { target });
